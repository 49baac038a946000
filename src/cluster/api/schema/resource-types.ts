/**
 * Fields of the types of the Kubernetes API and their own types, one line a type; see types.ts for the notation.
 * Source: field names and types of kubernetes v1.36.3 (Apache-2.0), staging/src/k8s.io/api/resource/v1/types.go.
 */
export const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  'resource.AllocatedDeviceStatus':
    'driver:string pool:string device:string shareID:string conditions:[]Condition data:any networkData:resource.NetworkDeviceData',
  'resource.AllocationResult':
    'devices:resource.DeviceAllocationResult nodeSelector:NodeSelector allocationTimestamp:Time',
  'resource.CELDeviceSelector': 'expression:string',
  'resource.CapacityRequestPolicy':
    'default:Quantity validValues:[]Quantity validRange:resource.CapacityRequestPolicyRange',
  'resource.CapacityRequestPolicyRange': 'min:Quantity max:Quantity step:Quantity',
  'resource.CapacityRequirements': 'requests:map:Quantity',
  'resource.Counter': 'value:Quantity',
  'resource.CounterSet': 'name:string counters:map:resource.Counter',
  'resource.Device':
    'name:string attributes:map:resource.DeviceAttribute capacity:map:resource.DeviceCapacity consumesCounters:[]resource.DeviceCounterConsumption nodeName:string nodeSelector:NodeSelector allNodes:bool taints:[]resource.DeviceTaint bindsToNode:bool bindingConditions:[]string bindingFailureConditions:[]string allowMultipleAllocations:bool nodeAllocatableResourceMappings:any',
  'resource.DeviceAllocationConfiguration':
    'source:$AllocationConfigSource requests:[]string ...resource.DeviceConfiguration',
  'resource.DeviceAllocationResult':
    'results:[]resource.DeviceRequestAllocationResult config:[]resource.DeviceAllocationConfiguration',
  'resource.DeviceAttribute':
    'int:int64 bool:bool string:string version:string ints:[]int64 bools:[]bool strings:[]string versions:[]string',
  'resource.DeviceCapacity': 'value:Quantity requestPolicy:resource.CapacityRequestPolicy',
  'resource.DeviceClaim':
    'requests:[]resource.DeviceRequest constraints:[]resource.DeviceConstraint config:[]resource.DeviceClaimConfiguration',
  'resource.DeviceClaimConfiguration': 'requests:[]string ...resource.DeviceConfiguration',
  'resource.DeviceClass': 'kind:string apiVersion:string metadata:ObjectMeta spec:resource.DeviceClassSpec',
  'resource.DeviceClassConfiguration': '...resource.DeviceConfiguration',
  'resource.DeviceClassSpec':
    'selectors:[]resource.DeviceSelector config:[]resource.DeviceClassConfiguration extendedResourceName:string',
  'resource.DeviceConfiguration': 'opaque:resource.OpaqueDeviceConfiguration',
  'resource.DeviceConstraint':
    'requests:[]string matchAttribute:$FullyQualifiedName distinctAttribute:$FullyQualifiedName',
  'resource.DeviceCounterConsumption': 'counterSet:string counters:map:resource.Counter',
  'resource.DeviceRequest':
    'name:string exactly:resource.ExactDeviceRequest firstAvailable:[]resource.DeviceSubRequest',
  'resource.DeviceRequestAllocationResult':
    'request:string driver:string pool:string device:string adminAccess:bool tolerations:[]resource.DeviceToleration bindingConditions:[]string bindingFailureConditions:[]string shareID:$types.UID consumedCapacity:map:Quantity',
  'resource.DeviceSelector': 'cel:resource.CELDeviceSelector',
  'resource.DeviceSubRequest':
    'name:string deviceClassName:string selectors:[]resource.DeviceSelector allocationMode:$DeviceAllocationMode count:int64 tolerations:[]resource.DeviceToleration capacity:resource.CapacityRequirements',
  'resource.DeviceTaint': 'key:string value:string effect:$DeviceTaintEffect timeAdded:Time',
  'resource.DeviceToleration':
    'key:string operator:$DeviceTolerationOperator value:string effect:$DeviceTaintEffect tolerationSeconds:int64',
  'resource.ExactDeviceRequest':
    'deviceClassName:string selectors:[]resource.DeviceSelector allocationMode:$DeviceAllocationMode count:int64 adminAccess:bool tolerations:[]resource.DeviceToleration capacity:resource.CapacityRequirements',
  'resource.NetworkDeviceData': 'interfaceName:string ips:[]string hardwareAddress:string',
  'resource.OpaqueDeviceConfiguration': 'driver:string parameters:any',
  'resource.ResourceClaim':
    'kind:string apiVersion:string metadata:ObjectMeta spec:resource.ResourceClaimSpec status:resource.ResourceClaimStatus',
  'resource.ResourceClaimConsumerReference': 'apiGroup:string resource:string name:string uid:$types.UID',
  'resource.ResourceClaimSpec': 'devices:resource.DeviceClaim',
  'resource.ResourceClaimStatus':
    'allocation:resource.AllocationResult reservedFor:[]resource.ResourceClaimConsumerReference devices:[]resource.AllocatedDeviceStatus',
  'resource.ResourceClaimTemplate':
    'kind:string apiVersion:string metadata:ObjectMeta spec:resource.ResourceClaimTemplateSpec',
  'resource.ResourceClaimTemplateSpec': 'metadata:ObjectMeta spec:resource.ResourceClaimSpec',
  'resource.ResourcePool': 'name:string generation:int64 resourceSliceCount:int64',
  'resource.ResourceSlice': 'kind:string apiVersion:string metadata:ObjectMeta spec:resource.ResourceSliceSpec',
  'resource.ResourceSliceSpec':
    'driver:string pool:resource.ResourcePool nodeName:string nodeSelector:NodeSelector allNodes:bool devices:[]resource.Device perDeviceNodeSelection:bool sharedCounters:[]resource.CounterSet',
};
