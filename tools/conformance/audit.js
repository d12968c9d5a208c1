// The audit of GraphQL over HTTP: node audit.js URL ["name: value" ...], the rest being headers of every request.
// Prints each audit that does not pass and ends with 1, or with 0 where all do.
import { serverAudits } from 'graphql-http';

const [url, ...given] = process.argv.slice(2);
if (!url) {
  console.error('node audit.js URL ["name: value" ...]');
  process.exit(2);
}
const headers = Object.fromEntries(given.map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 1).trim()]));
const fetchFn = (address, asked = {}) => fetch(address, { ...asked, headers: { ...asked.headers, ...headers } });

const results = [];
for (const audit of serverAudits({ url, fetchFn })) {
  results.push(await audit.fn());
}
const short = results.filter((each) => each.status !== 'ok');
for (const each of short) {
  console.log(`${each.id} ${each.status} ${each.name}: ${each.reason}`);
}
console.log(`${results.length - short.length} of ${results.length} audits pass`);
process.exitCode = short.length === 0 && results.length > 0 ? 0 : 1;
