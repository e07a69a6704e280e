import { show } from '../../model/errors.js';
import { closestName } from '../../model/spelling.js';
import { UsageError } from '../values.js';

/** An argument that a tool takes, as JSON Schema describes it. */
export interface Parameter {
  readonly type: 'string' | 'integer' | 'boolean' | 'strings';
  readonly description: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number | boolean | string;
  readonly isRequired?: boolean;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** JSON Schema of a tool's arguments. */
export interface InputSchema {
  readonly type: 'object';
  readonly properties: Record<string, object>;
  readonly required?: string[];
  readonly additionalProperties: false;
}

/** The schema that a client is given. */
export function schemaOf(parameters: Parameters): InputSchema {
  const properties: Record<string, object> = {};
  const required: string[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const { type, description, choices, minimum, maximum, default: absent, isRequired } = parameter;
    const one = { type: type === 'strings' ? 'string' : type, ...(choices !== undefined && { enum: choices }) };
    properties[name] = {
      ...(type === 'strings' ? { type: 'array', items: one } : one),
      description,
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(absent !== undefined && { default: absent }),
    };
    if (isRequired === true) required.push(name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

/**
 * Arguments as the tool takes them: defaults are filled in, one text stands for a list of one, null for nothing.
 *
 * @throws UsageError that names the argument, what was expected and what came.
 */
export function checkArguments(
  parameters: Parameters,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = Object.keys(parameters);
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      const meant = closestName(name, names);
      throw new UsageError(
        `unknown argument "${name}": ${meant === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${meant}"?`}`,
      );
    }
    if (value !== undefined && value !== null) checked[name] = checkValue(name, parameter, value);
  }
  for (const [name, { default: absent, isRequired }] of Object.entries(parameters)) {
    if (checked[name] !== undefined) continue;
    if (isRequired === true) throw new UsageError(`expected the argument "${name}", got none`);
    if (absent !== undefined) checked[name] = absent;
  }
  return checked;
}

function checkValue(name: string, { type, choices, minimum, maximum }: Parameter, value: unknown): unknown {
  const wrong = (expected: string): UsageError =>
    new UsageError(`expected "${name}" to be ${expected}, got ${show(value)}`);
  switch (type) {
    case 'strings': {
      const list = Array.isArray(value) ? (value as unknown[]) : [value];
      if (!list.every((one) => typeof one === 'string')) throw wrong('a list of strings');
      if (choices !== undefined && !list.every((one) => choices.includes(one)))
        throw wrong(`a list of ${choices.join(', ')}`);
      return list;
    }
    case 'string':
      if (typeof value !== 'string') throw wrong('a string');
      if (choices !== undefined && !choices.includes(value)) throw wrong(`one of ${choices.join(', ')}`);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    default: {
      const [low, high] = [minimum ?? 0, maximum ?? Number.MAX_SAFE_INTEGER];
      if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
        throw wrong(`a whole number from ${low} to ${high}`);
      return value;
    }
  }
}
