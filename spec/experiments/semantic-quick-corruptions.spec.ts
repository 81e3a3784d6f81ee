/** Quick runs on what ships: semantic-corruptions, semantic-similarities. */
import { quickRun } from "./semantic-quick.ts";

quickRun("semantic-corruptions", ["recall.png", "recall.svg", "table.md"]);
quickRun("semantic-similarities", ["table.md", "contrastive-small-pooled.svg"]);
