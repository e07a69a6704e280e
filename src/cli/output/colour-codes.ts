// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals have for colours (ECMA-48, SGR)
// oxlint-disable-next-line no-control-regex -- these are what terminals have for colours (ECMA-48, SGR)
const CODES = /(\u001b\[[\d;:]*m)/;

/** Text without its colours. */
export function withoutColours(text: string): string {
  return text
    .split(CODES)
    .filter((_part, i) => i % 2 === 0)
    .join('');
}

/** A line that is at most so many characters long, an ellipsis at its end if it was cut; colours take no room. */
export function cutLine(line: string, columns: number): string {
  let room = columns;
  return line
    .split(CODES)
    .map((part, i) => {
      if (i % 2 === 1) return part;
      const characters = Array.from(part);
      const fits = characters.length <= room;
      const kept = fits ? part : room > 0 ? `${characters.slice(0, room - 1).join('')}…` : '';
      room -= Math.min(room, characters.length);
      return kept;
    })
    .join('');
}
