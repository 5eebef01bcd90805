/** How much longer than usual tests wait for what is to come: real servers take their time, the more so on a machine that does other things. */
export const patience = Number(process.env['TEST_PATIENCE'] ?? 1);
