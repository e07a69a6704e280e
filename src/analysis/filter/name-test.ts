/** Whether a name is one of some that are asked for, in which `*` stands for any text. */
export function nameTest(names: readonly string[]): (name: string | undefined) => boolean {
  const forms = names.map(
    (name) => new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  );
  return (name) => name !== undefined && forms.some((form) => form.test(name));
}
