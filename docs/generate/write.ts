/** `npm run docs`: writes what in the documentation is made of the code. */
import { writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [path, content] of await generated(process.cwd())) writeFileSync(path, content);
