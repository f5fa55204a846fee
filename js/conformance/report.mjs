export async function coverage() {}
export async function differences() {}
