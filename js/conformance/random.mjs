export async function runRandom() {}
