/** The residual networks of torchvision and SimCLR against PyTorch. */
import t from "tap";
import { ARCHITECTURES } from "../../src/encoders/index.ts";
import { withRuleWeights } from "./golden.ts";

for (const architecture of ARCHITECTURES) if (architecture.name.startsWith("resnet")) withRuleWeights(t, architecture);
