/** The binary digits of 2/pi in words of 24 bits, most significant first: 1,584 bits, enough for every double. */
export function twoOverPi(i: number): number {
  if (i < 8) {
    if (i == 0) return 10680707;
    if (i == 1) return 7228996;
    if (i == 2) return 1387004;
    if (i == 3) return 2578385;
    if (i == 4) return 16069853;
    if (i == 5) return 12639074;
    if (i == 6) return 9804092;
    return 4427841;
  }
  if (i < 16) {
    if (i == 8) return 16666979;
    if (i == 9) return 11263675;
    if (i == 10) return 12935607;
    if (i == 11) return 2387514;
    if (i == 12) return 4345298;
    if (i == 13) return 14681673;
    if (i == 14) return 3074569;
    return 13734428;
  }
  if (i < 24) {
    if (i == 16) return 16653803;
    if (i == 17) return 1880361;
    if (i == 18) return 10960616;
    if (i == 19) return 8533493;
    if (i == 20) return 3062596;
    if (i == 21) return 8710556;
    if (i == 22) return 7349940;
    return 6258241;
  }
  if (i < 32) {
    if (i == 24) return 3772886;
    if (i == 25) return 3769171;
    if (i == 26) return 3798172;
    if (i == 27) return 8675211;
    if (i == 28) return 12450088;
    if (i == 29) return 3874808;
    if (i == 30) return 9961438;
    return 366607;
  }
  if (i < 40) {
    if (i == 32) return 15675153;
    if (i == 33) return 9132554;
    if (i == 34) return 7151469;
    if (i == 35) return 3571407;
    if (i == 36) return 2607881;
    if (i == 37) return 12013382;
    if (i == 38) return 4155038;
    return 6285869;
  }
  if (i < 48) {
    if (i == 40) return 7677882;
    if (i == 41) return 13102053;
    if (i == 42) return 15825725;
    if (i == 43) return 473591;
    if (i == 44) return 9065106;
    if (i == 45) return 15363067;
    if (i == 46) return 6271263;
    return 9264392;
  }
  if (i < 56) {
    if (i == 48) return 5636912;
    if (i == 49) return 4652155;
    if (i == 50) return 7056368;
    if (i == 51) return 13614112;
    if (i == 52) return 10155062;
    if (i == 53) return 1944035;
    if (i == 54) return 9527646;
    return 15080200;
  }
  if (i < 64) {
    if (i == 56) return 6658437;
    if (i == 57) return 6231200;
    if (i == 58) return 6832269;
    if (i == 59) return 16767104;
    if (i == 60) return 5075751;
    if (i == 61) return 3212806;
    if (i == 62) return 1398474;
    return 7579849;
  }
  if (i < 66) {
    if (i == 64) return 6349435;
    return 12618859;
  }
  return 0;
}
