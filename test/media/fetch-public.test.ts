import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type FetchOptions, fetchPublic, type Network } from '../../src/media/fetch-public.ts';
import { TestClock } from '../support/clock.ts';

/** The Internet, as far as a test needs it: names with addresses, all of which lead to one server. What is asked of it is noted. */
async function internet(
  listener: RequestListener,
  names: Record<string, readonly string[]>,
): Promise<Network & { dialed: string[] }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const dialed: string[] = [];
  return {
    dialed,
    resolve: async (host) => {
      const addresses = names[host];
      if (addresses === undefined) throw new Error('ENOTFOUND');
      return addresses;
    },
    connect(address, to) {
      dialed.push(`${address} ${to}`);
      return connect(port, '127.0.0.1');
    },
  };
}

const clock = new TestClock();
const options = (network: Network): FetchOptions => ({ maxBytes: 1_000, timeout: 5_000, types: ['image/'], clock, network });
const picture: RequestListener = (_, response) => response.writeHead(200, { 'content-type': 'Image/PNG; q=1' }).end('png');

test('a picture', async () => {
  const network = await internet(picture, { 'files.example': ['10.0.0.1', '93.184.216.34', '93.184.216.35'] });
  const { bytes, type } = await fetchPublic('http://files.example/a.png?b#c', options(network));
  expect([bytes.toString(), type]).toEqual(['png', 'image/png']);
  // The private one among its addresses is passed over.
  expect(network.dialed).toEqual(['93.184.216.34 80']);
});

test('nothing that only this machine or its network can reach, whatever it is called', async () => {
  const names = {
    'inside.example': ['127.0.0.1'],
    'cloud.example': ['169.254.169.254', 'fd00:ec2::254'],
    'mapped.example': ['::ffff:10.0.0.1'],
    'localhost.': ['127.0.0.1', '::1'],
  };
  const network = await internet(picture, names);
  const urls = [
    ...Object.keys(names).map((host) => `http://${host}/`),
    ...['http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0/', 'http://[::1]/'],
    ...['http://[::ffff:127.0.0.1]/', 'http://169.254.169.254/latest', 'http://100.64.0.1/', 'https://192.168.1.1/'],
  ];
  for (const url of urls)
    await expect([url, await fetchPublic(url, options(network)).catch(String)]).toEqual([
      url,
      'FetchError: it does not lead to the public Internet',
    ]);
  expect(network.dialed).toEqual([]);
});

test('only web addresses on the usual ports', async () => {
  const network = await internet(picture, { 'files.example': ['93.184.216.34'] });
  const refused = async (url: string) => String(await fetchPublic(url, options(network)).catch((error: Error) => error.message));
  expect(await refused('file:///etc/passwd')).toBe('it is no web address');
  expect(await refused('ftp://files.example/a')).toBe('it is no web address');
  expect(await refused('data:image/png,abc')).toBe('it is no web address');
  expect(await refused('//files.example/a')).toBe('it is no web address');
  expect(await refused('http://files.example:6379/')).toBe('it names a port');
  expect(await refused('http://user:password@files.example/')).toBe('it holds a user name');
  expect(await refused('http://unknown.example/')).toBe('there is no connection');
  expect(network.dialed).toEqual([]);
  // The port speaks no TLS.
  expect(await refused('https://files.example/')).toMatch(/connection/);
  expect(network.dialed).toEqual(['93.184.216.34 443']);
});

test('every redirect is looked at like the first address', async () => {
  const to: Record<string, string> = {
    '/1': '/2',
    '/2': 'http://other.example/3',
    '/3': 'http://files.example/picture',
    '/own': 'http://127.0.0.1/picture',
    '/cloud': 'http://169.254.169.254/latest/meta-data',
    '/name': 'http://inside.example/',
    '/scheme': 'gopher://files.example/',
    '/loop': '/loop',
  };
  const listener: RequestListener = (request, response) => {
    const location = to[request.url ?? ''];
    if (location === undefined) picture(request, response);
    else response.writeHead(302, { location }).end();
  };
  const names = { 'files.example': ['93.184.216.34'], 'other.example': ['93.184.216.35'], 'inside.example': ['127.0.0.1'] };
  const network = await internet(listener, names);
  const at = (path: string) => fetchPublic(`http://files.example${path}`, options(network)).then(({ type }) => type);
  expect(await at('/1')).toBe('image/png');
  expect(network.dialed.splice(0)).toEqual(['34', '34', '35', '34'].map((last) => `93.184.216.${last} 80`));
  for (const path of ['/own', '/cloud', '/name'])
    await expect(at(path)).rejects.toThrow('it does not lead to the public Internet');
  await expect(at('/scheme')).rejects.toThrow('it is no web address');
  expect(network.dialed.splice(0)).toHaveLength(4);
  await expect(at('/loop')).rejects.toThrow('it is redirected too often');
});

test('what is too large, of another type, or no answer at all', async () => {
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const listener: RequestListener = ({ url }, response) => {
    if (url === '/says-so')
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '1001' }).end('x'.repeat(1_001));
    else if (url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<script>');
    else if (url === '/missing') response.writeHead(404).end();
    else if (url === '/endless') {
      response.once('close', closed);
      response.writeHead(200, { 'content-type': 'image/png' });
      const more = () => {
        while (response.write(Buffer.alloc(100)));
      };
      response.on('drain', more);
      more();
    } else if (url === '/half') response.writeHead(200, { 'content-type': 'image/png', 'content-length': '500' }).write('half');
  };
  const network = await internet(listener, { 'files.example': ['93.184.216.34'] });
  const at = (path: string) => fetchPublic(`http://files.example${path}`, options(network));
  await expect(at('/says-so')).rejects.toThrow('it is too large');
  await expect(at('/page')).rejects.toThrow('it is of another type');
  await expect(at('/missing')).rejects.toThrow('the server answers with status 404');
  await expect(at('/endless')).rejects.toThrow('it is too large');
  await isClosed;
  const half = expect(at('/half')).rejects.toThrow('it took too long');
  await clock.advance(5_000);
  await half;
  const silent = expect(at('/never')).rejects.toThrow('it took too long');
  await clock.advance(5_000);
  await silent;
  const ending = new AbortController();
  const ended = expect(fetchPublic('http://files.example/never', { ...options(network), signal: ending.signal })).rejects.toThrow(
    'given up',
  );
  ending.abort();
  await ended;
});
