// SPDX-License-Identifier: AGPL-3.0-or-later
// Is every byte dear here? Browsers that know say so: the reader asked to save data, or the network is
// slow. (https://wicg.github.io/netinfo/; browsers without it are taken to have a good network.)

interface NetworkInformation {
  saveData?: boolean;
  effectiveType?: string;
}

export function isFrugal(): boolean {
  const { connection } = navigator as Navigator & { connection?: NetworkInformation };
  return connection?.saveData === true || /2g$/.test(connection?.effectiveType ?? '');
}
