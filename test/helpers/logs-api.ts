import * as api from '@opentelemetry/api';
import { logs as separate } from '@opentelemetry/api-logs';

/** The logs API of the SDK generation in use: from 3.x on it is part of `@opentelemetry/api`. */
export const logs: typeof separate = (api as { readonly logs?: typeof separate }).logs ?? separate;
