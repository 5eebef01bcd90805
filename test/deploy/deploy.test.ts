/** Dockerfile, compose.yaml and deploy/ speak of the program as it is: its variables, ports, paths and access rules. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { builtIns } from '../../bridges/index.ts';
import { mosquittoLines } from '../../src/cli/broker-setup.ts';
import { parseConfig } from '../../src/config.ts';
import { readSettings } from '../../src/settings.ts';
import { project } from '../docs/markdown.ts';
import { newFolder } from '../store/open.ts';

const entries = builtIns(undefined);
const read = (path: string) => readFileSync(project + path, 'utf8');

/** The configuration that the program makes of an environment, and which of its variables it did not look at. */
async function configOf(environment: Readonly<Record<string, string>>) {
  const folder = newFolder();
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'from-a-file\n');
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, name.endsWith('_FILE') ? secret : value]),
  );
  const settings = readSettings(entries, folder, env);
  const known = [...settings.variables.values()];
  const unknown = Object.keys(env).filter((name) => name !== 'NODE_ENV' && !known.includes(name.replace(/_FILE$/, '')));
  return { config: await parseConfig(settings, entries), unknown };
}

const dockerfile = read('Dockerfile');
const image = Object.fromEntries(
  (/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
);

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const { services, volumes } = parseYaml(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};

describe('Dockerfile', () => {
  test('the program takes its variables, listens where it says, and keeps its data in the volume', async () => {
    const { config, unknown } = await configOf(image);
    expect(unknown).toEqual([]);
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect(dockerfile).toContain(`EXPOSE ${config.http?.port}\n`);
    expect(dockerfile).toContain(`VOLUME ${image['DATA_DIR']}\n`);
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  test('what it starts is what npm would', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> };
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/app/${bin['crosschat-bridge']}"]`);
    expect(dockerfile).toContain(`ln -s /app/${bin['crosschat-bridge']} /usr/local/bin/crosschat-bridge`);
  });

  test('each package with machine code is there for amd64 and arm64', () => {
    type Package = { dev?: boolean; devOptional?: boolean; os?: string[]; cpu?: string[]; hasInstallScript?: boolean };
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
    const ours = Object.entries(packages).filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);
    // None is compiled, or fetches something, while it is installed.
    expect(ours.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
    const forLinux = ours
      .filter(([, { os, cpu }]) => os?.length === 1 && os[0] === 'linux' && cpu !== undefined)
      .map(([path]) => path);
    const amd64 = forLinux.filter((path) => path.includes('x64'));
    expect(amd64).not.toEqual([]);
    expect(forLinux).toEqual(expect.arrayContaining(amd64.map((path) => path.replace('x64', 'arm64'))));
  });
});

describe('compose.yaml', () => {
  const bridges = Object.entries(services).filter(([, { build }]) => build !== undefined);

  test.each(bridges)('%s: the program takes its variables, and finds its broker', async (_name, service) => {
    const { config, unknown } = await configOf({ ...image, ...service.environment });
    expect(unknown).toEqual([]);
    const [broker = ''] = Object.keys(service.depends_on ?? {});
    expect(config.mqtt).toMatchObject({ urls: [new URL(`mqtt://${broker}:1883`)] });
    expect(services[broker]?.ports[0]).toMatch(/:1883$/);
    expect(services[broker]?.healthcheck).toBeDefined();
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.ports.map((port) => port.split(':').at(-1))).toEqual([image['HTTP_PORT']]);
    expect(service.volumes).toContain(`data:${image['DATA_DIR']}`);
    expect(dockerfile).toContain(`WORKDIR ${service.volumes.find((volume) => volume.startsWith('./config:'))?.split(':')[1]}\n`);
  });

  test('nothing listens beyond this machine unless one says so, and each file and volume is there', () => {
    for (const { ports, volumes: mounted, entrypoint } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{\w+_BIND:-127\.0\.0\.1\}):/);
      for (const [from = ''] of mounted.map((volume) => volume.split(':')))
        expect(from.startsWith('./') ? from === './config' || existsSync(project + from) : from in volumes, from).toBe(true);
      const folder = mounted.find((volume) => volume.includes(':/deploy'))?.split(':')[0];
      if (entrypoint) expect(existsSync(join(project, folder ?? '', entrypoint[1]?.replace('/deploy/', '') ?? ''))).toBe(true);
    }
    expect(read('compose.yaml')).not.toMatch(/password: \S/i);
  });
});

describe('deploy/', () => {
  const scripts = readdirSync(`${project}deploy`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sh'));

  test.each(scripts)('%s is in order', (path) => {
    expect(execFileSync('sh', ['-n', `${project}deploy/${path}`], { encoding: 'utf8' })).toBe('');
  });

  const rules = (text: string) =>
    [...text.matchAll(/(?:pattern|topic) (read|write) (\S+)/g)].map(([, may, topic]) => `${may} ${topic}`);
  const init = rules(mosquittoLines({ 'broker-url': 'mqtt://a', 'broker-user': 'ID', 'server-id': 'ID' }).join('\n'));

  test('the access rules of Mosquitto are those that init prints', () => {
    expect(rules(read('deploy/mosquitto/acl').replaceAll('%u', 'ID'))).toEqual(init);
  });

  test('the access rules of NATS are the same', () => {
    const script = read('deploy/nats/add-server.sh').replaceAll('$name', 'ID');
    const listed = (key: string) =>
      (new RegExp(`${key}: \\[(.*)\\]`).exec(script)?.[1] ?? '').split(', ').map((topic) => topic.slice(1, -1));
    const inNats = (may: string) =>
      init
        .filter((rule) => rule.startsWith(may))
        .map((rule) => rule.split(' ')[1]?.replaceAll('/', '.').replaceAll('+', '*').replace('#', '>'));
    // A `>` of NATS stands for one level or more, the `#` of MQTT also for none.
    expect(listed('subscribe').filter((topic) => !topic.startsWith('\\$'))).toEqual(
      expect.arrayContaining(inNats('read').map((topic) => topic?.replace('state.*.>', 'state.>'))),
    );
    expect(listed('publish')).toEqual(inNats('write').map((topic) => topic?.replace('.*.>', '.>')));
  });

  test('Kubernetes: as the Dockerfile says, and within its rights', async () => {
    const [deployment, service] = parseAllDocuments(read('deploy/kubernetes/crosschat-bridge.yaml')).map((document) =>
      document.toJS(),
    );
    const { template } = deployment.spec;
    const [container] = template.spec.containers;
    const env = Object.fromEntries(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    const secret = {
      MQTT_URL: 'mqtts://broker.example',
      MQTT_USERNAME: 'bridge',
      MQTT_PASSWORD: 'x',
      DATABASE_URL: 'postgres://a@b/c',
    };
    const { config, unknown } = await configOf({ ...image, ...secret, ...env });
    expect([unknown, config.standby]).toEqual([[], true]);
    expect(container.ports).toEqual([{ name: 'http', containerPort: config.http?.port }]);
    expect([container.livenessProbe.httpGet.path, container.readinessProbe.httpGet.path]).toEqual(['/healthz', '/readyz']);
    expect(container.volumeMounts).toEqual([{ name: 'data', mountPath: config.dataDir }]);
    expect(container.securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect([deployment.spec.replicas, deployment.spec.selector.matchLabels]).toEqual([2, template.metadata.labels]);
    expect(service.spec.selector).toEqual(template.metadata.labels);
  });

  const unit = 'deploy/systemd/crosschat-bridge.service';
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

  test('systemd: the program takes its variables', async () => {
    const text = read(unit);
    const pairs = (/^Environment=(.*)$/m.exec(text)?.[1] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]);
    const { config, unknown } = await configOf(Object.fromEntries(pairs));
    expect([unknown, config.dataDir]).toEqual([[], '/var/lib/crosschat-bridge']);
    expect(text).toContain('ExecStart=/usr/bin/node /opt/crosschat-bridge/dist/src/main.js\n');
  });

  test.skipIf(!hasSystemd)('systemd takes every line of the unit', () => {
    const { stderr, stdout } = spawnSync('systemd-analyze', ['verify', project + unit], { encoding: 'utf8' });
    const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('crosschat-bridge.service:'));
    expect(about.filter((line) => !/not executable/.test(line))).toEqual([]);
  });
});
