/** The stand-in homeserver as a place for the tests of the adapter. */
import { MatrixDouble } from '../../doubles/matrix/index.ts';
import type { MatrixSite } from './stage.ts';

export async function openDouble(): Promise<{ matrix: MatrixDouble; site: MatrixSite }> {
  const matrix = await MatrixDouble.start();
  const site = {
    url: matrix.url,
    hasRoomSummaries: true,
    account: (name: string) => Promise.resolve(matrix.addUser(name)),
    close: () => matrix.stop(),
  };
  return { matrix, site };
}
