// Follows a Linked Data Event Stream to its end and prints each member as a line of JSON.
import { replicateLDES } from "ldes-client";

const client = replicateLDES({ url: process.argv[2], defaultTimezone: "UTC", materialize: false });
for await (const member of client.stream()) {
  console.log(JSON.stringify({ id: member.id.value, of: member.isVersionOf, time: member.timestamp, quads: member.quads.length }));
}
