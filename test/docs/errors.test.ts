import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from '@typescript/typescript6';

const root = process.cwd();
const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
const configuration = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join(root, 'src', path));
const code = sources.map((path) => readFileSync(path, 'utf8')).join('\n');

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const matchesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);

/** The words in code style in some columns of the tables below a heading. */
function tableWords(heading: string, ...columns: number[]): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  const cells = rows.slice(1).flatMap((row) => columns.map((column) => row.split('|')[column + 1] ?? ''));
  return cells.flatMap((cell) => matchesIn(cell, /`([\w().]+)`/g));
}

/**
 * Every word that the code gives as a reason: literals given to a parameter with the name `reason` or `why`, and the keys
 * of a `dropped` that is written down.
 */
function reasonsInCode(): string[] {
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, skipLibCheck: true, strict: true };
  const program = ts.createProgram(sources, { ...options, noEmit: true, types: ['node'] });
  const checker = program.getTypeChecker();
  const files = sources.flatMap((path) => program.getSourceFile(path) ?? []);
  const takers = takersOf(files);
  const reasons: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && takers.has(lastName(node.expression))) {
      const parameters = checker.getResolvedSignature(node)?.getParameters() ?? [];
      parameters.forEach(({ name }, i) => {
        const argument = node.arguments?.[i];
        if ((name === 'reason' || name === 'why') && argument !== undefined) reasons.push(...words(argument, checker));
      });
    } else if (ts.isPropertyAssignment(node) && node.name.getText() === 'dropped') {
      if (ts.isObjectLiteralExpression(node.initializer))
        reasons.push(...node.initializer.properties.flatMap(({ name }) => (name ? [name.getText()] : [])));
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return reasons.filter((word) => /^[a-z]+(_[a-z0-9]+)*$/.test(word));
}

/**
 * The names of everything that takes a reason, and all names that are given to functions which do: asking the checker
 * about these calls alone, rather than about every call, halves the time.
 */
function takersOf(files: readonly ts.SourceFile[]): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && ['reason', 'why'].includes(node.name.getText()))
      for (let at: ts.Node = node.parent; !ts.isSourceFile(at); at = at.parent) {
        const { name } = at as { readonly name?: ts.Node };
        if (name !== undefined) names.add(name.getText());
        if (ts.isClassLike(at) || ts.isStatement(at)) break;
      }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return names;
}

/** The name by which something is called: `drop` of `this.#ledger.drop`. */
function lastName(callee: ts.Expression): string {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.getText();
  return ts.isNonNullExpression(callee) ? lastName(callee.expression) : callee.getText();
}

/** The texts that an expression may be, as far as its type says. */
function words(expression: ts.Expression, checker: ts.TypeChecker): string[] {
  if (ts.isConditionalExpression(expression))
    return [...words(expression.whenTrue, checker), ...words(expression.whenFalse, checker)];
  if (ts.isTemplateExpression(expression)) {
    const [span] = expression.templateSpans;
    return span === undefined ? [] : words(span.expression, checker).map((word) => expression.head.text + word);
  }
  const type = checker.getTypeAtLocation(expression);
  const types = type.isUnion() ? type.types : [type];
  return types.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
}

describe('docs/errors.md', () => {
  it('has every error code of the code, and no other', () => {
    const variables = matchesIn(configuration, /`(RIMP_[A-Z_]+)(?:=\w+)?`/g);
    const inCode = matchesIn(code, /\b(RIMP_[A-Z]+(?:_[A-Z]+)*)\b/g).filter((name) => !variables.includes(name));
    expect(sorted(tableWords('Error codes', 0))).toEqual(sorted(inCode));
  });

  it('has every reason that something is counted under, and no other', () => {
    const documented = [...tableWords('Loss reasons', 0), ...tableWords('What is counted beside losses', 1)];
    const found = reasonsInCode();
    expect(sorted(documented).filter((reason) => !found.includes(reason))).toEqual([]);
    expect(sorted(found).filter((reason) => !documented.includes(reason))).toEqual([]);
  });

  it('has every counter of health() beside those of the equation', () => {
    const health = readFileSync(join(root, 'src', 'collector', 'health.ts'), 'utf8');
    const fields = matchesIn(health, /^ {2}readonly (\w+):/gm).filter((name) => name !== 'sinks');
    const documented = tableWords('What is counted beside losses', 0).filter((name) => name.startsWith('health().'));
    expect(sorted(documented.map((name) => name.slice('health().'.length)))).toEqual(sorted(fields));
  });
});

describe('docs/configuration.md', () => {
  it('has every environment variable of RIMP, and no other', () => {
    const codes = tableWords('Error codes', 0);
    const inCode = matchesIn(code, /\b(RIMP_[A-Z]+(?:_[A-Z]+)*)\b/g).filter((name) => !codes.includes(name));
    expect(sorted(matchesIn(configuration, /`(RIMP_[A-Z_]+)(?:=\w+)?`/g))).toEqual(sorted(inCode));
  });
});
