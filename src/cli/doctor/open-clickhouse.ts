import { toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { within } from '../../runtime/deadline.js';
import { monotonicNow } from '../../runtime/system-clock.js';
import { Connection } from '../../storage/clickhouse/connection.js';
import { clickHousePlace } from '../../storage/clickhouse/place.js';

const TIMEOUT_MILLIS = 5_000;

/**
 * Connects to ClickHouse, and asks for its version; changes nothing. Whether the user may write there, the first batch
 * says.
 *
 * @throws Error that says what failed, with no password in it.
 */
export async function openClickHouse(text: string): Promise<string> {
  const { place: _forComparison, database: _notMadeYet, ...settings } = clickHousePlace(text);
  const connection = new Connection({ ...settings, request_timeout: TIMEOUT_MILLIS });
  try {
    const asking = connection.query('SELECT version()', {}).next();
    const { value } = await within(asking, monotonicNow() + TIMEOUT_MILLIS, 'connecting');
    return `${showUrl(text)} is ClickHouse ${String(value?.[0])}`;
  } catch (error) {
    const { password } = settings;
    const { message, code } = toError(error) as NodeJS.ErrnoException;
    const reason = message || (code ?? 'unknown error');
    throw new Error(password === undefined ? reason : reason.replaceAll(password, '***'));
  } finally {
    await connection.close();
  }
}
