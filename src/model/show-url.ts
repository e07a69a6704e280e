const SCHEME = /^[a-z][a-z0-9+.-]*:(?:\/\/)?/i;

/**
 * A URL as errors, `health()` and diagnostics show it: scheme, host, port and path. Credentials, query and fragment are
 * left out, also if a password holds characters that a URL would have to escape. What is no URL is shown as it is.
 */
export function showUrl(url: string | { readonly href: string }): string {
  const text = (typeof url === 'string' ? url : url.href).trim();
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined) return text;
  const rest = text.slice(scheme.length);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const after = end < 0 ? '' : rest.slice(end);
  // an @ behind the authority may belong to a password that holds a slash: nothing of it is shown
  if (after.includes('@')) return `${scheme}***`;
  return `${scheme}${authority.slice(authority.lastIndexOf('@') + 1)}${after.replace(/[?#].*$/s, '')}`;
}
