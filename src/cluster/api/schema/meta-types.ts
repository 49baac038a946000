/**
 * Fields of the types of the Kubernetes API and their own types, one line a type; see types.ts for the notation.
 * Source: field names and types of kubernetes v1.36.3 (Apache-2.0), staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go.
 */
export const META_TYPES: Readonly<Record<string, string>> = {
  Condition:
    'type:string status:$ConditionStatus observedGeneration:int64 lastTransitionTime:Time reason:string message:string',
  LabelSelector: 'matchLabels:map:string matchExpressions:[]LabelSelectorRequirement',
  LabelSelectorRequirement: 'key:string operator:$LabelSelectorOperator values:[]string',
  ManagedFieldsEntry:
    'manager:string operation:$ManagedFieldsOperationType apiVersion:string time:Time fieldsType:string fieldsV1:any subresource:string',
  ObjectMeta:
    'name:string generateName:string namespace:string selfLink:string uid:$types.UID resourceVersion:string generation:int64 creationTimestamp:Time deletionTimestamp:Time deletionGracePeriodSeconds:int64 labels:map:string annotations:map:string ownerReferences:[]OwnerReference finalizers:[]string managedFields:[]ManagedFieldsEntry',
  OwnerReference: 'apiVersion:string kind:string name:string uid:$types.UID controller:bool blockOwnerDeletion:bool',
  PartialObjectMetadata: 'kind:string apiVersion:string metadata:ObjectMeta',
};
