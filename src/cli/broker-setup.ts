/** What `init` asks of the bridge itself and its broker, and what the broker has to be told of the bridge. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { brokerUrl } from '../config-mqtt.ts';
import { schema } from '../config-schema.ts';
import type { Answers, SetupQuestion } from '../setup.ts';

const isWithBroker = ({ 'broker-url': url }: Answers): boolean => url !== '';

const address = z
  .string()
  .refine(
    (url) => url === '' || brokerUrl.safeParse(url).success,
    'must be an address like mqtts://broker.example:8883 (mqtt, mqtts, ws or wss)',
  )
  .refine((url) => !url.includes('@'), 'must be without a user and a password, which have options of their own');

/** Asked in turn; each is an option of `init` too. */
export const brokerQuestions: readonly SetupQuestion[] = [
  {
    name: 'server-id',
    text: 'Who the bridge is among the game servers: an id that none of them has',
    answer: schema.shape.server_id.unwrap(),
    otherwise: () => 'bridge',
  },
  {
    name: 'broker-url',
    text: 'The address of the MQTT broker of your game servers, like mqtts://broker.example:8883 (none: the bridge runs one, for this machine only)',
    answer: address,
    otherwise: () => '',
  },
  {
    name: 'broker-user',
    text: 'Its user for the bridge (- for none)',
    answer: z.string().regex(/^[^\s:#+/]{1,64}$/, 'must be a name of up to 64 characters without blanks'),
    otherwise: ({ 'server-id': id = '' }) => id,
    isAsked: isWithBroker,
  },
  {
    name: 'broker-password',
    text: 'The password of that user (none: a new one is made up)',
    answer: z.string().regex(/^[^\r\n]*$/, 'must be in one line'),
    variable: 'MQTT_PASSWORD',
    otherwise: () => randomBytes(24).toString('base64url'),
    isAsked: (answers) => isWithBroker(answers) && answers['broker-user'] !== '-',
  },
];

/** What has to be set at a Mosquitto that does not know the bridge yet, as in `deploy/mosquitto`. */
export function mosquittoLines(broker: Answers): string[] {
  const { 'broker-url': url = '', 'broker-user': user = '', 'server-id': id = '' } = broker;
  if (url === '' || user === '-') return [];
  return [
    'If the broker does not know the bridge yet (Mosquitto):',
    `  mosquitto_passwd /etc/mosquitto/passwords ${user}     # it asks for the password, which stands in .env as MQTT_PASSWORD`,
    '  and into its acl_file:',
    `    user ${user}`,
    '    topic read crosschat/state/+/#',
    `    topic read crosschat/m/+/${id}/#`,
    `    topic write crosschat/state/${id}/#`,
    `    topic write crosschat/m/${id}/+/#`,
  ];
}
