/** Of a page that is served live: loads it again when its server has a newer one. */

const ASK_EVERY_MS = 5000;

export function reloadWhenNewer(): void {
  let tag: string | null = null;
  const ask = async () => {
    if (document.hidden) return;
    try {
      const { ok, headers } = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' });
      const now = ok ? headers.get('etag') : null;
      if (tag !== null && now !== null && now !== tag) location.reload();
      tag ??= now;
    } catch {
      // The server is gone; the ages on the page tell that it is not fresh.
    }
  };
  void ask();
  setInterval(() => void ask(), ASK_EVERY_MS);
}
