// Asks an endpoint some queries through Comunica: reads {endpoint, queries} from standard input, prints the tables as JSON.
import { QueryEngine } from '@comunica/query-sparql';
import { text } from 'node:stream/consumers';

const { endpoint, queries } = JSON.parse(await text(process.stdin));
const engine = new QueryEngine();
const tables = [];
for (const query of queries) {
  const result = await engine.query(query, { sources: [{ type: 'sparql', value: endpoint }] });
  const { data } = await engine.resultToString(result, 'text/csv');
  tables.push(await text(data));
}
console.log(JSON.stringify(tables));
