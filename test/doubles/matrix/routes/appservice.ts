/** What only appservices ask for, and what is asked of them. */
import { z } from 'zod';
import { forbidden, MatrixError } from '../error.ts';
import type { Homeserver } from '../homeserver.ts';
import { OBJECT, type Router, readBody } from '../router.ts';

const V3 = '/_matrix/client/v3';
const REGISTER = z.looseObject({ type: z.string().optional(), username: z.string().optional() });

export function appserviceRoutes(router: Router, { world }: Homeserver): void {
  router.anybody('POST', `${V3}/register`, (call) => {
    const { type, username } = readBody(call, REGISTER);
    const appservice = call.session?.appservice;
    if (type !== 'm.login.application_service' || !appservice) throw forbidden('Registration has been disabled');
    return { user_id: appservice.register(username ?? '').id, home_server: world.serverName };
  });
  // https://spec.matrix.org/v1.13/application-service-api/#post_matrixclientv1appserviceappserviceidping
  router.user('POST', '/_matrix/client/v1/appservice/:id/ping', async (call) => {
    const { appservice } = call.session;
    if (!appservice) throw forbidden('Only application services can use the /appservice/ping endpoint');
    if (appservice.registration.id !== call.param('id')) throw forbidden('Mismatching application service ID in path');
    const { transaction_id } = readBody(call, OBJECT);
    const answer = await appservice.ask('POST', 'ping', { transaction_id });
    if (!answer) throw new MatrixError(502, 'M_CONNECTION_FAILED', 'ConnectError: Connection refused');
    const { status, body } = answer;
    if (status !== 200)
      throw new MatrixError(502, 'M_BAD_STATUS', `HTTP ${status}`, { extra: { status, body: JSON.stringify(body) } });
    appservice.retry();
    return { duration_ms: 1 };
  });
  // https://spec.matrix.org/v1.13/client-server-api/#third-party-networks
  const askAll = async (path: string, protocol: string, query: URLSearchParams): Promise<object[]> => {
    const asked = world.appservices.filter(({ registration }) => registration.protocols?.includes(protocol));
    const answers = await Promise.all(
      asked.map((one) => one.ask('GET', `thirdparty/${path}/${encodeURIComponent(protocol)}?${query}`)),
    );
    return answers.flatMap((answer) => (answer?.status === 200 && Array.isArray(answer.body) ? (answer.body as object[]) : []));
  };
  for (const kind of ['user', 'location'])
    router.user('GET', `${V3}/thirdparty/${kind}/:protocol`, (call) => askAll(kind, call.param('protocol'), call.query));
  router.user('GET', `${V3}/thirdparty/protocol/:protocol`, async (call) => {
    const name = call.param('protocol');
    const owner = world.appservices.find(({ registration }) => registration.protocols?.includes(name));
    const answer = await owner?.ask('GET', `thirdparty/protocol/${encodeURIComponent(name)}`);
    if (answer?.status !== 200) throw new MatrixError(404, 'M_NOT_FOUND', 'Unknown protocol');
    return answer.body as object;
  });
}
