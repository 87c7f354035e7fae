// What the action returns, or null. A browser may refuse to store anything; then nothing is kept, and everything else works.
export function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
