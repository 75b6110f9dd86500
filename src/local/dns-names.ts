/** `ip-10-240-0-11.local-1.compute.internal`: an instance's name from its private address (EC2 User Guide, "IP names"). */
export function privateDnsName(address: string, region: string): string {
  return `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`
}

/** `ec2-198-18-0-5.local-1.compute.amazonaws.com`: within its VPC this is the private address, as on EC2. */
export function publicDnsName(address: string, region: string): string {
  return `ec2-${address.replaceAll('.', '-')}.${region}.compute.amazonaws.com`
}
