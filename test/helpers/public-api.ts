import { join } from 'node:path';
import ts from '@typescript/typescript6';

const root = process.cwd();

/** The package's entry points, by the names of their modules in `src`. */
export const ENTRIES = ['index', 'legacy', 'register', 'testing'] as const;

let program: ts.Program | undefined;

function entryProgram(): ts.Program {
  program ??= ts.createProgram(
    ENTRIES.map((name) => join(root, 'src', `${name}.ts`)),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    },
  );
  return program;
}

/** Every public name of an entry point, with the members of its classes and interfaces, and what its comment says. */
export function publicNames(entry: (typeof ENTRIES)[number]): Map<string, string> {
  const checker = entryProgram().getTypeChecker();
  const file = entryProgram().getSourceFile(join(root, 'src', `${entry}.ts`));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`src/${entry}.ts exports nothing`);
  const names = new Map<string, string>();
  const commentOf = (symbol: ts.Symbol): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
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
