/** Attribute that carries the event's id (semantic conventions, "General log identification attributes"). */
export const ATTR_UID = 'log.record.uid';
/** Attribute that carries the source if the scope can't: too many distinct ones. */
export const ATTR_SOURCE = 'rimp.source';
/** Attribute with the JSON text of those metadata whose keys the SDKs don't take, or are the attributes of ours. */
export const ATTR_METADATA = 'rimp.metadata';
/** Metadata that names the record's event name. */
export const EVENT_NAME_KEY = 'otel.event.name';

/** The attributes that the library itself adds to a record. */
export const OUR_ATTRIBUTES: ReadonlySet<string> = new Set([ATTR_UID, ATTR_SOURCE, ATTR_METADATA]);
