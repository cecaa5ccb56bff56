// Reads Power Query from standard input; ends well if Microsoft's own parser of its language does, and says what is wrong if not.
import { readFileSync } from "node:fs";
import PQP from "@microsoft/powerquery-parser";

const read = await PQP.TaskUtils.tryLexParse(PQP.DefaultSettings, readFileSync(0, "utf8"));
if (!PQP.TaskUtils.isParseStageOk(read)) {
  console.error(read.error.message);
  process.exit(1);
}
