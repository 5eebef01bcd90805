import { conformance } from './matrix/conformance.ts';
import { MatrixDouble } from './matrix/index.ts';

conformance('The double', async () => {
  const matrix = await MatrixDouble.start();
  return {
    url: matrix.url,
    serverName: matrix.serverName,
    addUser: (localpart) => Promise.resolve(matrix.addUser(localpart)),
    close: () => matrix.stop(),
  };
});
