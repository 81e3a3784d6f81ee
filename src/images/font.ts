/**
 * Letters of 5 x 7 dots for labels inside pictures: the printable characters of ASCII. Each has five columns of one
 * byte, bit 0 at the top; here as hexadecimal digits, ten per character, from the space (32) to the tilde (126).
 */
export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
/** From one letter to the next, in dots. */
export const GLYPH_STEP = 6;

const GLYPHS: string = [
  "000000000000005F00000007000700147F147F14242A7F2A12231308646236495620500000070000001C2241000041221C002A1C7F1C2A08083E0808",
  "00503000000808080808006060000020100804023E5149453E00427F400042615149462141454B311814127F1027454545393C4A4949300171090503",
  "3649494936064949291E003636000000563600000814224100141414141400412214080201510906324979413E7E1111117E7F494949363E41414122",
  "7F4141221C7F494949417F090901013E414151327F0808087F00417F41002040413F017F081422417F404040407F0204027F7F0408107F3E4141413E",
  "7F090909063E4151215E7F09192946464949493101017F01013F4040403F1F2040201F7F2018207F631408146303047804036151494543007F414100",
  "02040810200041417F0004020102044040404040000102040020545454787F484444383844444420384444487F3854545418087E090102085454543C",
  "7F0804047800447D40002040443D007F1028440000417F40007C041804787C0804047838444444387C14141408081414187C7C080404084854545420",
  "043F4440203C4040207C1C2040201C3C4030403C44281028440C5050503C4464544C44000836410000007F000000413608000804081008",
].join("");

/** Width of a line in dots. */
export function labelWidth(label: string): number {
  return Math.max(0, [...label].length * GLYPH_STEP - 1);
}

/** Calls `dot` for every dot of a label, from its top-left corner; characters outside ASCII become question marks. */
export function drawLabel(label: string, dot: (x: number, y: number) => void): void {
  [...label].forEach((character, place) => {
    const code = character.codePointAt(0) as number;
    const glyph = (code >= 32 && code <= 126 ? code : 63) - 32;
    for (let column = 0; column < GLYPH_WIDTH; column++) {
      const bits = parseInt(GLYPHS.slice(glyph * 10 + column * 2, glyph * 10 + column * 2 + 2), 16);
      for (let row = 0; row < GLYPH_HEIGHT; row++) if ((bits >> row) & 1) dot(place * GLYPH_STEP + column, row);
    }
  });
}
