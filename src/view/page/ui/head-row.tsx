import type { VNode } from 'preact';

/** A column's name, with the class of its cells if they have one. */
export type Heading = string | readonly [name: string, of: string];

/** The row with the names of a table's columns. */
export function HeadRow({ of }: { readonly of: readonly Heading[] }): VNode {
  return (
    <thead>
      <tr>
        {of.map((heading) => {
          const [name, cells] = typeof heading === 'string' ? [heading] : heading;
          return (
            <th key={name} scope="col" class={cells}>
              {name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
