// Asks the server so that only the newest question is ever answered: a newer one calls off those before it, and an
// answer that arrives all the same comes to nothing.

/** A function that fetches an address: its answer, or null when it was asked again meanwhile. Throws when offline. */
export function newest() {
  let current = null;
  const ask = async (address, headers = {}) => {
    current?.abort();
    const mine = (current = new AbortController());
    try {
      // no-store: the part has the address of its page, and must not be shown in its place by the back button.
      const answer = await fetch(address, { headers, cache: "no-store", credentials: "same-origin", signal: mine.signal });
      const text = await answer.text();
      return mine === current ? { ok: answer.ok, redirected: answer.redirected, text } : null;
    } catch (error) {
      if (mine !== current) return null;
      throw error;
    }
  };
  ask.forget = () => {
    current?.abort();
    current = null;
  };
  return ask;
}
