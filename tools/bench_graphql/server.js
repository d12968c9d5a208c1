// PostGraphile 5 in production mode: node server.js PORT POOL PUBLIC_KEY.pem; the database by libpq's variables.
// Every request states its tenant by a bearer token (RS256), each verified once, and reads under that tenant alone.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import jsonwebtoken from 'jsonwebtoken';
import { postgraphile } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/node';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const [port, pool, keyFile] = process.argv.slice(2);
const key = readFileSync(keyFile, 'utf8');
const tenants = new Map();

function tenantOf(authorization) {
  const token = (authorization ?? '').replace(/^Bearer /, '');
  const known = tenants.get(token);
  if (known !== undefined) return known;
  const { tenant } = jsonwebtoken.verify(token, key, { algorithms: ['RS256'] });
  tenants.set(token, tenant);
  return tenant;
}

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ schemas: ['rival'], poolConfig: { max: Number(pool) } })],
  gather: { installWatchFixtures: false },
  grafserv: { graphiql: false, graphqlOverGET: false, watch: false, websockets: false },
  grafast: {
    explain: false,
    context: (asked) => ({ pgSettings: { 'sua.tenants': tenantOf(asked.node.req.headers.authorization) } }),
  },
};

const server = createServer();
const service = postgraphile(preset).createServ(grafserv);
await service.addTo(server);
await service.ready();
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
