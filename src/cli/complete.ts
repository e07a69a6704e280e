import { Command as Parser } from 'commander';
import { defineCommand } from './command.js';
import { COMMANDS } from './commands.js';
import { parserOf } from './run-command.js';
import { UsageError } from './values.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** `rimp complete`. */
export const complete = defineCommand({
  name: 'complete',
  title: 'prints what makes a shell complete commands, options and their choices',
  examples: [
    ['source <(rimp complete bash)', 'in ~/.bashrc'],
    ['source <(rimp complete zsh)', 'in ~/.zshrc'],
    ['rimp complete fish | source', 'in ~/.config/fish/config.fish'],
  ],
  usage: 'SHELL',
  notes: 'SHELL is bash, zsh or fish.\n\nExit status: 0 all is well, 2 an error.',
  describe: (parser) => parser.argument('[SHELL]', 'bash, zsh or fish').allowUnknownOption().allowExcessArguments(),
  async run(_values, [shell]) {
    // the shell asks with `rimp complete -- WORDS`
    const [, , , first, ...words] = process.argv;
    if (first !== '--' && !SHELLS.includes(shell ?? ''))
      throw new UsageError(
        `expected one of ${SHELLS.join(', ')}, got ${shell === undefined ? 'nothing' : `"${shell}"`}`,
      );
    const root = new Parser('rimp').enablePositionalOptions();
    for (const known of COMMANDS) {
      const { name, summary } = known;
      if (name !== 'complete') parserOf(await known.load(), root.command(name)).description(summary);
    }
    const { default: tab } = await import('@bomb.sh/tab/commander');
    const completion = tab(root);
    if (first === '--') completion.parse(words);
    else completion.setup('rimp', 'rimp', shell as string);
    return 0;
  },
});
