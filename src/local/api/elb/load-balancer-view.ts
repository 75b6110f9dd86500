import type {LoadBalancer} from '../../elb-model.js'
import type {RegionState} from '../../model.js'
import {addressOf} from '../ec2/interface-association.js'
import type {XmlElement} from '../xml.js'

/** Stands for the zone of Route 53 that names of load balancers are in; the region has its own resolver instead. */
const HOSTED_ZONE = 'ZLOCAL0REGION1'

export function describeLoadBalancer(loadBalancer: LoadBalancer, state: RegionState): XmlElement {
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
    AvailabilityZones: describeZones(loadBalancer, state),
    ...(loadBalancer.securityGroups.length === 0 ? {} : {SecurityGroups: loadBalancer.securityGroups}),
    IpAddressType: 'ipv4',
  }
}

export function describeZones({zones}: LoadBalancer, state: RegionState): XmlElement[] {
  return zones.map(({availabilityZone, subnetId, networkInterfaceId}) => {
    const address = addressOf(state, networkInterfaceId)
    return {
      ZoneName: availabilityZone,
      SubnetId: subnetId,
      // Shown for elastic addresses only.
      LoadBalancerAddresses: address ? [{IpAddress: address.publicIp, AllocationId: address.allocationId}] : [],
    }
  })
}
