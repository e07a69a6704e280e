// A local OTLP endpoint that answers 200, throws away, and reports how many records came, by a word that each has. Its
// argument: milliseconds until it answers.
import http from 'node:http';

const delay = Number(process.argv[2] ?? 0);
let records = 0;
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    for (let at = body.indexOf('benched'); at >= 0; at = body.indexOf('benched', at + 7)) records += 1;
    const answer = () => {
      response.writeHead(200, { 'content-type': request.headers['content-type'] });
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
    };
    if (delay > 0) setTimeout(answer, delay);
    else answer();
  });
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', () => {
  process.send({ records });
  records = 0;
});
process.on('disconnect', () => process.exit());
