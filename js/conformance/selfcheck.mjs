export async function selfCheck() {}
