/**
 * The order of bytes in this host's typed arrays: little-endian everywhere but on a few servers (IBM Z). WebAssembly's memory is little-endian
 * by definition, so a big-endian host runs the scalar twins, which give the same bits; files and hashes are little-endian whatever the host.
 */
export const littleEndian: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
