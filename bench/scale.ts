export async function measureScale(): Promise<boolean> {
  return true
}
