import type {LoadBalancer} from '../../model.js'
import type {XmlElement} from '../xml.js'

/** Stands for the zone of Route 53 that names of load balancers are in; the region has its own resolver instead. */
const HOSTED_ZONE = 'ZLOCAL0REGION1'

export function describeLoadBalancer(loadBalancer: LoadBalancer): XmlElement {
  return {
    LoadBalancerArn: loadBalancer.loadBalancerArn,
    DNSName: loadBalancer.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONE,
    CreatedTime: loadBalancer.createdTime,
    LoadBalancerName: loadBalancer.loadBalancerName,
    Scheme: loadBalancer.scheme,
    VpcId: loadBalancer.vpcId,
    State: {Code: loadBalancer.state},
    Type: 'network',
    AvailabilityZones: describeZones(loadBalancer),
    ...(loadBalancer.securityGroups.length === 0 ? {} : {SecurityGroups: loadBalancer.securityGroups}),
    IpAddressType: 'ipv4',
  }
}

export function describeZones({zones}: LoadBalancer): XmlElement[] {
  return zones.map(({availabilityZone, subnetId}) => ({
    ZoneName: availabilityZone,
    SubnetId: subnetId,
    // Shown for Elastic IP addresses only.
    LoadBalancerAddresses: [],
  }))
}
