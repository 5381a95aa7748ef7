export async function nodeCosts(): Promise<unknown> { return []; }
