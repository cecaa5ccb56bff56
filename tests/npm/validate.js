import { text } from 'node:stream/consumers'
import { DataFactory, Parser, Store } from 'n3'
import { Validator } from 'shacl-engine'
import { validations } from 'shacl-engine/sparql.js'

const { shapes, background, fixtures } = JSON.parse(await text(process.stdin))
const parse = triples => new Parser({ format: 'N-Triples', blankNodePrefix: '' }).parse(triples)

const validator = new Validator(new Store(parse(shapes)), { factory: DataFactory, validations })
const dataset = new Store(parse(background))
const results = {}
for (const [name, {triples, only}] of Object.entries(fixtures)) {
  const quads = parse(triples)
  dataset.addQuads(quads)
  const t=Date.now()
  const report = await validator.validate({ dataset }, only.length ? only.map(iri => ({ terms: [DataFactory.namedNode(iri)] })) : undefined)
  if (Date.now()-t>500) console.error(name, Date.now()-t)
  dataset.removeQuads(quads)
  results[name] = report.results.map(r => [r.focusNode.term.value, r.shape.ptr.term.value, r.severity.value])
}
console.log(JSON.stringify(results))
