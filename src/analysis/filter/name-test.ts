/** Whether a name is one of some that are asked for, in which `*` stands for any text. */
export function nameTest(names: readonly string[]): (name: string | undefined) => boolean {
  const parts = names.map((name) => name.split('*'));
  return (name) => name !== undefined && parts.some((each) => isMade(name, each));
}

/** Whether a text has these parts one after the other, the first at its start and the last at its end. */
function isMade(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
