declare module "fflate" {
  export function unzlibSync(data: Uint8Array): Uint8Array;
}
