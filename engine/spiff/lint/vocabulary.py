"""Every element name of BPMN 2.0's schema: what is in its namespace and not here is a slip of the pen."""

from __future__ import annotations

_NAMES = """
    activationCondition adHocSubProcess artifact assignment association auditing boundaryEvent businessRuleTask
    callActivity callChoreography callConversation calledElement cancelEventDefinition catchEvent category
    categoryValue categoryValueRef childLaneSet choreography choreographyRef choreographyTask collaboration
    compensateEventDefinition completionCondition complexBehaviorDefinition complexGateway condition
    conditionalEventDefinition conditionExpression conversation conversationAssociation conversationLink
    conversationNode conversationNodeRef correlationKey correlationKeyRef correlationProperty
    correlationPropertyBinding correlationPropertyRef correlationPropertyRetrievalExpression
    correlationSubscription dataInput dataInputAssociation dataInputRefs dataObject dataObjectReference
    dataOutput dataOutputAssociation dataOutputRefs dataPath dataState dataStore dataStoreReference definition
    definitions documentation endEvent endPoint endPointRef error errorEventDefinition errorRef escalation
    escalationEventDefinition event eventBasedGateway eventDefinition eventDefinitionRef exclusiveGateway
    extension extensionElements flowElement flowElementRef flowNodeRef formalExpression from
    globalBusinessRuleTask globalChoreographyTask globalConversation globalManualTask globalScriptTask
    globalTask globalUserTask group humanPerformer import inclusiveGateway incoming inMessageRef
    innerConversationNodeRef innerMessageFlowRef innerParticipantRef inputDataItem inputSet inputSetRefs
    interface interfaceRef intermediateCatchEvent intermediateThrowEvent ioBinding ioSpecification
    itemDefinition lane laneSet linkEventDefinition loopCardinality loopCharacteristics loopCondition
    loopDataInputRef loopDataOutputRef manualTask message messageEventDefinition messageFlow
    messageFlowAssociation messageFlowRef messagePath messageRef monitoring multiInstanceLoopCharacteristics
    operation operationRef optionalInputRefs optionalOutputRefs outerConversationNodeRef outerMessageFlowRef
    outerParticipantRef outgoing outMessageRef outputDataItem outputSet outputSetRefs parallelGateway
    participant participantAssociation participantMultiplicity participantRef partitionElement partnerEntity
    partnerEntityRef partnerRole partnerRoleRef performer potentialOwner process property receiveTask
    relationship rendering resource resourceAssignmentExpression resourceParameter resourceParameterBinding
    resourceRef resourceRole rootElement script scriptTask sendTask sequenceFlow serviceTask signal
    signalEventDefinition source sourceRef standardLoopCharacteristics startEvent subChoreography
    subConversation subProcess supportedInterfaceRef supports target targetRef task terminateEventDefinition
    text textAnnotation throwEvent timeCycle timeDate timeDuration timerEventDefinition to transaction
    transformation userTask value whileExecutingInputRefs whileExecutingOutputRefs
"""
ELEMENTS = frozenset(_NAMES.split())
