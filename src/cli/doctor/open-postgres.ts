import { TelemetryError, toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { within } from '../../runtime/deadline.js';
import { monotonicNow } from '../../runtime/system-clock.js';
import { PostgresDriver } from '../../storage/postgres/driver.js';
import { read, type Work } from '../../storage/sql/work.js';

const TIMEOUT_MILLIS = 5_000;

/** What the server says of the database and its user. */
interface Rights {
  readonly version: string;
  readonly schema: string | null;
  readonly is_standby: boolean;
  readonly may_create: boolean | null;
  readonly may_insert: boolean | null;
}

const RIGHTS = `SELECT current_setting('server_version') AS version, current_schema() AS schema,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_standby,
  has_schema_privilege(current_schema(), 'CREATE') AS may_create,
  has_table_privilege(to_regclass('rimp_items')::oid, 'INSERT, SELECT') AS may_insert`;

/**
 * Connects to PostgreSQL, and asks whether this user may write there; changes nothing.
 *
 * @throws Error that says what failed, with no password in it.
 */
export async function openPostgres(url: string): Promise<string> {
  const shown = showUrl(url);
  const settings = { connectionString: url, max: 1, connectionTimeoutMillis: TIMEOUT_MILLIS };
  const driver = new PostgresDriver({ ...settings, query_timeout: TIMEOUT_MILLIS }, shown);
  try {
    const asking = driver.run(function* (): Work<Rights> {
      return (yield read(RIGHTS)).rows[0] as Rights;
    });
    const { version, schema, is_standby, may_create, may_insert } = await within(
      asking,
      monotonicNow() + TIMEOUT_MILLIS,
      'connecting',
    );
    if (is_standby) throw new Error('the server is a standby, or takes no writes');
    if (schema === null) throw new Error('none of the schemas in its search_path exists');
    if (may_insert === false) throw new Error('this user may not write to the table rimp_items');
    if (may_insert === null && may_create !== true)
      throw new Error(`this user may not make tables in the schema ${schema}`);
    return `${shown} is PostgreSQL ${version}, and this user may write there`;
  } catch (error) {
    throw new Error(withoutSecrets(reasonOf(error), url));
  } finally {
    await driver.close();
  }
}

/** Several addresses of one host fail with an error that has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof TelemetryError && error.code === 'RIMP_TIMEOUT') return `no answer within ${TIMEOUT_MILLIS} ms`;
  const { errors } = error as { readonly errors?: readonly unknown[] };
  const { message, code } = toError(errors?.[0] ?? error) as NodeJS.ErrnoException;
  return message || (code ?? 'unknown error');
}

function withoutSecrets(text: string, url: string): string {
  const secrets = [url, process.env.PGPASSWORD, ...passwordsOf(url)];
  return secrets.reduce<string>((left, secret) => (secret ? left.replaceAll(secret, '***') : left), text);
}

function passwordsOf(url: string): readonly (string | undefined | null)[] {
  if (!URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  return [password, decodeURIComponent(password), searchParams.get('password')];
}
