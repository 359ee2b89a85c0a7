// A choice kept for a year in a cookie, so that the server draws the next page with it.
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there on plain http
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}
