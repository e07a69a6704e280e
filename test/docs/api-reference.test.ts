import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from '@typescript/typescript6';

const root = process.cwd();
const ENTRIES = ['index', 'legacy', 'register', 'testing'];
const program = ts.createProgram(
  ENTRIES.map((name) => join(root, 'src', `${name}.ts`)),
  { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, skipLibCheck: true, noEmit: true, types: ['node'] },
);
const checker = program.getTypeChecker();

/** Every public name of an entry point, with the members of its classes and interfaces, and what its comment says. */
function publicNames(entry: string): Map<string, string> {
  const file = program.getSourceFile(join(root, 'src', `${entry}.ts`));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`src/${entry}.ts exports nothing`);
  const names = new Map<string, string>();
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    names.set(exported.name, commentOf(symbol));
    if ((symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0) continue;
    const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    for (const member of members.filter(isPublic)) names.set(`${exported.name}.${member.name}`, commentOf(member));
  }
  return names;
}

function isPublic(member: ts.Symbol): boolean {
  // names such as __#1@#closed and __@BRIDGE@1 are private fields and symbols
  if (/^__|#/.test(member.name)) return false;
  return (member.declarations ?? []).some(
    (declaration) =>
      declaration.getSourceFile().fileName.startsWith(join(root, 'src')) &&
      (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0,
  );
}

function commentOf(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

describe('the API reference', () => {
  it.each(ENTRIES)('says in words what every public name of the entry %s means', (entry) => {
    const names = publicNames(entry);
    expect(names.size).toBeGreaterThan(0);
    // a unit or a default alone says nothing about what it is
    expect([...names].filter(([, comment]) => !/\S+ \S+/.test(comment) || /^(Default|Seconds;)/.test(comment))).toEqual(
      [],
    );
  });

  it('names the default of every option of the collector and of a set-up', () => {
    const missing = [...publicNames('index')].filter(
      ([name, comment]) =>
        /^(CollectorOptions|StartTelemetryOptions|OtlpOptions|FileStorageOptions|OtlpReceiverOptions)\./.test(name) &&
        !/\.(collector|path)$/.test(name) &&
        !/default/i.test(comment),
    );
    expect(missing).toEqual([]);
  });
});
