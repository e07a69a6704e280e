/** What the notes of a command say of SOURCE. */
export const SOURCE_NOTES = `SOURCE is a file of JSON lines, RIMP's for Python or for Node.js, with the files that rotation closed, compressed (.gz)
or not; several files and patterns such as "logs/*.jsonl" are merged by time. Lines of OTLP in JSON are read as well, as
the Collector's file exporter writes them. It may be a SQLite file, a postgres:// or clickhouse:// URL, the address of a
running rimp serve (http://127.0.0.1:4318; RIMP_TOKEN is its token), or - for standard input, which may hold JSON lines of
pino, bunyan or winston as well.`;
