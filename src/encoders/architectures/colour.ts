/**
 * Ours, for the fully-semantic memory of colour pictures ((S10), (S14); training/decoder.py): a convolutional autoencoder of basic residual blocks.
 * One file of weights holds both halves, under `encoder.` and `decoder.`; the number of stages and all widths follow from it.
 *
 *   encoder  3x3 to 32; a basic block of stride 2 per stage, widths 48, 56, 64 where nothing is said; `code`, 3x3 to 16 channels, linear
 *   decoder  `code`, 3x3; per stage a basic block and a transposed 4x4 layer of stride 2; `out`, 3x3 to 3 channels, sigmoid
 *
 * Pictures of 32 x 32 have codes of 16 x 4 x 4 in three stages, of 16 x 8 x 8 in two.
 */
import { Graph } from "../graph.ts";
import type { Architecture, SizeOf } from "./architecture.ts";
import { decoderHalf, encoderHalf } from "./autoencoders.ts";
import { block } from "./resnet.ts";

const SIDE = 32;

/** Widths of the stages in a half's order. */
function widths(half: "encoder" | "decoder", sizeOf: SizeOf): readonly number[] {
  const found: number[] = [];
  for (let width; (width = sizeOf(`${half}.layer${found.length + 1}.conv1.weight`, 0, 0)) > 0;) found.push(width);
  return found.length > 0 ? found : half === "encoder" ? [48, 56, 64] : [64, 56, 48];
}

function encoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let channels = sizeOf("encoder.conv1.weight", 0, 32);
  let x = g.convolution("encoder.conv1", "input", { channels, kernel: 3, padding: 1, bias: false });
  x = g.relu("encoder.relu", g.batchNorm("encoder.bn1", x));
  widths("encoder", sizeOf).forEach((width, k) => {
    x = block(g, `encoder.layer${k + 1}`, x, channels, width, 2);
    channels = width;
  });
  g.convolution("encoder.code", x, { channels: sizeOf("encoder.code.weight", 0, 16), kernel: 3, padding: 1 });
  return g;
}

function decoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  const all = widths("decoder", sizeOf);
  let x = g.relu("decoder.relu", g.convolution("decoder.code", "input", { channels: all[0], kernel: 3, padding: 1 }));
  all.forEach((width, k) => {
    x = block(g, `decoder.layer${k + 1}`, x, width, width, 1);
    const channels = sizeOf(`decoder.up${k + 1}.weight`, 1, all[k + 1] ?? 32);
    x = g.convolution(`decoder.up${k + 1}`, x, { channels, kernel: 4, stride: 2, padding: 1, transposed: true, bias: false });
    x = g.relu(`decoder.relu${k + 1}`, g.batchNorm(`decoder.bn${k + 1}`, x));
  });
  x = g.convolution("decoder.out", x, { channels: 3, kernel: 3, padding: 1 });
  g.activation("decoder.sigmoid", x, "sigmoid");
  return g;
}

export const COLOUR_AUTOENCODERS: readonly Architecture[] = [
  { name: "colour-encoder", source: "ours (training/README.md)", input: () => [3, SIDE, SIDE], preprocessing: "unit", features: "encoder.code", graph: encoder, adapt: encoderHalf },
  {
    name: "colour-decoder", source: "ours (training/README.md)", features: "decoder.sigmoid", graph: decoder, adapt: decoderHalf,
    input: (sizeOf) => {
      const side = SIDE / 2 ** widths("decoder", sizeOf).length;
      return [sizeOf("decoder.code.weight", 1, 16), side, side];
    },
  },
];
